// causeway transfer …

import type { Command } from 'commander';
import type { CommandIo, RunAction } from './command.ts';

export function addTransferCommands(_program: Command, _run: RunAction, _io: CommandIo): void {}
