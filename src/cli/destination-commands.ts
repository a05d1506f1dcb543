// causeway destination …

import type { Command } from 'commander';
import type { RunAction } from './command.ts';

export function addDestinationCommands(_program: Command, _run: RunAction): void {}
