/** What a name may look like, for names that come from outside the language; those in the source are the grammar's to check. */

/** The longest name: netmaster's limit for every object, in characters. */
const NAME_LIMIT = 64;

/** Letters and digits, with `-` and `.` inside. */
export function isName(text: string): boolean {
  return text.length <= NAME_LIMIT && /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text);
}
