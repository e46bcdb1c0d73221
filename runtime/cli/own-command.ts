/** The program and arguments that started this process, without its command: what starts another one like it. */
export function ownCommand(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1]!];
}
