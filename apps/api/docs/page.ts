/** One page of the documentation, written in Markdown. */
export interface Page {
  /** Of its address; `.md` after it answers the Markdown. */
  path: string;
  section: 'home' | 'guides' | 'reference';
  title: string;
  summary: string;
  markdown: string;
  /** What is found within it: operations of the reference, headings of a guide. */
  entries: { title: string; words: string }[];
}
