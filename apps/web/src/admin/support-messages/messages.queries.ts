import { infiniteQueryOptions } from '@tanstack/react-query';
import { supportMessagesList, type SupportMessagesListData, unwrap } from '../../api/client';

/** Which messages are listed; kept in the address. */
export type MessagesView = Pick<NonNullable<SupportMessagesListData['query']>, 'search' | 'state'>;

export function readMessagesView({ search, state }: Record<string, unknown>): MessagesView {
  // What is searched for may look like a number.
  const text = typeof search === 'number' ? String(search) : search;
  return {
    ...(typeof text === 'string' && text.trim() && { search: text.trim() }),
    ...(state === 'done' && { state }),
  };
}

export const MESSAGES_KEY = ['admin', 'support-messages'];

export const messagesQuery = (view: MessagesView) =>
  infiniteQueryOptions({
    queryKey: [...MESSAGES_KEY, view],
    queryFn: ({ pageParam: cursor }) => unwrap(supportMessagesList({ query: { ...view, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // A search keeps its rows until the next ones are there.
    placeholderData: (previous) => previous,
  });
