// Types of library-links.js.
export function makeLibraryLinks(packageFolder: string): number;
