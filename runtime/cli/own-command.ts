/** The program and arguments that started this process, without its command; they can start another process of the same program. */
export function ownCommand(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1]!];
}
