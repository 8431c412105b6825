/** What a list is searched for, ordered by and narrowed to; kept in the address. */
export interface ListView<Sort extends string = string, Status extends string = string> {
  search?: string;
  sort?: Sort;
  order?: 'asc' | 'desc';
  status?: Status;
}

/** As much as the API takes. */
const SEARCH_CHARACTERS = 200;

/** Reads the view from the address; what the list does not know is left out. */
export function readListView<Sort extends string, Status extends string = never>(
  { search, sort, order, status }: Record<string, unknown>,
  sorts: readonly Sort[],
  statuses: readonly Status[] = [],
): ListView<Sort, Status> {
  const knownSort = sorts.find((each) => each === sort);
  const knownStatus = statuses.find((each) => each === status);
  // What is searched for may look like a number.
  const text = typeof search === 'number' ? String(search) : search;
  return {
    ...(typeof text === 'string' && text.trim() && { search: text.trim().slice(0, SEARCH_CHARACTERS) }),
    ...(knownSort && { sort: knownSort }),
    ...(order === 'asc' && { order }),
    ...(knownStatus && { status: knownStatus }),
  };
}
