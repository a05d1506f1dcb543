/** The environment for a process of this program: see allocator.js. */
export function withAllocator(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
