// causeway connection …

import type { Command } from 'commander';
import type { RunAction } from './command.ts';

export function addConnectionCommands(_program: Command, _run: RunAction): void {}
