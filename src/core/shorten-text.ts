/** At most about this many characters, none of them cut in half, and an ellipsis where there were more. */
export function shortenText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`
}
