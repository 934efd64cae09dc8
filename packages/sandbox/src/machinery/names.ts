/*
 * The syntax of names, labels and other strings. Each function returns error messages in the API's words; none if the
 * value is valid.
 */

type Check = (value: string) => string[];

const LABEL_FORMAT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_FORMAT = `${LABEL_FORMAT}(\\.${LABEL_FORMAT})*`;
const DNS_1035_FORMAT = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED_NAME_FORMAT = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE_FORMAT = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';
const CONFIG_KEY_FORMAT = '[-._a-zA-Z0-9]+';
const HTTP_HEADER_FORMAT = '[-A-Za-z0-9]+';

/** RFC 1035 and 1123. */
const LABEL_LENGTH = 63;
const SUBDOMAIN_LENGTH = 253;
/** RFC 6335. */
const PORT_NAME_LENGTH = 15;
const LARGEST_PORT = 65_535;
const INT32_MAX = 2_147_483_647;

function matches(format: string, value: string): boolean {
  return new RegExp(`^(?:${format})$`).test(value);
}

function regexMessage(message: string, format: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${shown}regex used for validation is '${format}')`;
}

export function tooManyCharacters(maximum: number): string {
  return `must be no more than ${maximum} characters`;
}

export function outsideRange(least: number, most: number): string {
  return `must be between ${least} and ${most}, inclusive`;
}

/** Lengths are counted in UTF-8 bytes, as Go does. */
function length(value: string): number {
  return Buffer.byteLength(value);
}

export const dns1123Label: Check = (value) => {
  const messages: string[] = [];
  if (length(value) > LABEL_LENGTH) messages.push(tooManyCharacters(LABEL_LENGTH));
  if (!matches(LABEL_FORMAT, value)) {
    const sentence =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    messages.push(
      matches(SUBDOMAIN_FORMAT, value)
        ? 'must not contain dots'
        : regexMessage(sentence, LABEL_FORMAT, 'my-name', '123-abc'),
    );
  }
  return messages;
};

export const dns1123Subdomain: Check = (value) => {
  const messages: string[] = [];
  if (length(value) > SUBDOMAIN_LENGTH) messages.push(tooManyCharacters(SUBDOMAIN_LENGTH));
  if (!matches(SUBDOMAIN_FORMAT, value)) {
    const sentence =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    messages.push(regexMessage(sentence, SUBDOMAIN_FORMAT, 'example.com'));
  }
  return messages;
};

/** A subdomain whose labels may also have underscores; for DNS search lists. */
export const dns1123SubdomainWithUnderscore: Check = (value) => {
  const format = '[_a-z0-9]([-_a-z0-9]*[_a-z0-9])?';
  const whole = `${format}(\\.${format})*`;
  const messages: string[] = [];
  if (length(value) > SUBDOMAIN_LENGTH) messages.push(tooManyCharacters(SUBDOMAIN_LENGTH));
  if (!matches(whole, value)) {
    const sentence =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    messages.push(regexMessage(sentence, whole, 'example.com'));
  }
  return messages;
};

export const dns1035Label: Check = (value) => {
  const messages: string[] = [];
  if (length(value) > LABEL_LENGTH) messages.push(tooManyCharacters(LABEL_LENGTH));
  if (!matches(DNS_1035_FORMAT, value)) {
    const sentence =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
    messages.push(regexMessage(sentence, DNS_1035_FORMAT, 'my-name', 'abc-123'));
  }
  return messages;
};

/** Label and annotation keys: an optional DNS prefix, then a name. */
export const qualifiedName: Check = (value) => {
  const sentence =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const full = regexMessage(sentence, QUALIFIED_NAME_FORMAT, 'MyName', 'my.name', '123-abc');
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${full} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const messages: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') messages.push('prefix part must be non-empty');
    else messages.push(...dns1123Subdomain(prefix).map((message) => `prefix part ${message}`));
  }
  if (name === '') messages.push('name part must be non-empty');
  else if (length(name) > LABEL_LENGTH) messages.push(`name part ${tooManyCharacters(LABEL_LENGTH)}`);
  if (!matches(QUALIFIED_NAME_FORMAT, name)) messages.push(`name part ${full}`);
  return messages;
};

export const labelValue: Check = (value) => {
  const messages: string[] = [];
  if (length(value) > LABEL_LENGTH) messages.push(tooManyCharacters(LABEL_LENGTH));
  if (!matches(LABEL_VALUE_FORMAT, value)) {
    const sentence =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    messages.push(regexMessage(sentence, LABEL_VALUE_FORMAT, 'MyValue', 'my_value', '12345'));
  }
  return messages;
};

export const environmentName: Check = (value) => {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[ -<>-~]*$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

/** Keys of ConfigMaps and Secrets. */
export const configKey: Check = (value) => {
  const messages: string[] = [];
  if (length(value) > SUBDOMAIN_LENGTH) messages.push(tooManyCharacters(SUBDOMAIN_LENGTH));
  if (!matches(CONFIG_KEY_FORMAT, value)) {
    const sentence = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    messages.push(regexMessage(sentence, CONFIG_KEY_FORMAT, 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (value === '.') messages.push("must not be '.'");
  else if (value === '..') messages.push("must not be '..'");
  else if (value.startsWith('..')) messages.push("must not start with '..'");
  return messages;
};

export const httpHeaderName: Check = (value) =>
  matches(HTTP_HEADER_FORMAT, value)
    ? []
    : [
        regexMessage(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          HTTP_HEADER_FORMAT,
          'X-Header-Name',
        ),
      ];

export const portName: Check = (value) => {
  const messages: string[] = [];
  if (length(value) > PORT_NAME_LENGTH) messages.push(tooManyCharacters(PORT_NAME_LENGTH));
  if (!/^[-a-z0-9]+$/.test(value)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)');
  if (value.includes('--')) messages.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
};

export function portNumber(value: number): string[] {
  return value >= 1 && value <= LARGEST_PORT ? [] : [outsideRange(1, LARGEST_PORT)];
}

/** User and group ids. */
export function userId(value: number): string[] {
  return value >= 0 && value <= INT32_MAX ? [] : [outsideRange(0, INT32_MAX)];
}

/** Names that only have to be a valid path segment, such as those of roles. */
export const pathSegment: Check = (value) => {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
};
