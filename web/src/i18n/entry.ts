/** What a sentence of the catalogue is. */

export type Text = string | { readonly one: string; readonly other: string }
export interface Entry {
  readonly zh: Text
  readonly en: Text
}
