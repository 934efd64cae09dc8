/** The flag of an option, by its name in the library: `tlsServerName` is `--tls-server-name`. */
export function flag(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
