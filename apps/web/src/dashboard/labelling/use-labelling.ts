import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { labellingDecide, type LabellingDecideData, labellingTake, type TextToLabel, unwrap } from '../../api/client';
import { labellingQuery } from './labelling.queries';

type Decision = LabellingDecideData['body'];

/**
 * Texts one after another. A decision is sent while the next text is shown already; where one is not taken, its text is shown again with the
 * reason, so that none is lost.
 */
export function useLabelling(projectId: string, dataSetId: string, status: 'waiting' | 'skipped') {
  const queryClient = useQueryClient();
  const [state, setState] = useState<{ place: number; error: unknown }>({ place: 0, error: null });
  /** The last text of the batch before, to which one may go back too. */
  const [last, setLast] = useState<TextToLabel>();
  /** In their order, so that a decision and what takes it back do not overtake each other. */
  const sent = useRef<Promise<unknown>>(Promise.resolve());
  const queryKey = ['label-batch', projectId, dataSetId, status];
  const batch = useQuery({
    queryKey,
    queryFn: async () => {
      await sent.current;
      const { texts } = await unwrap(labellingTake({ path: { projectId, dataSetId }, body: { status } }));
      void queryClient.invalidateQueries({ queryKey: labellingQuery(projectId, dataSetId).queryKey });
      return texts;
    },
    // Texts must not change under the hands.
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const take = () => {
    setState({ place: 0, error: null });
    return batch.refetch();
  };

  const send = async (text: TextToLabel, place: number, decision: Decision) => {
    try {
      await unwrap(labellingDecide({ path: { projectId, dataSetId, textId: text.id }, body: decision }));
      void queryClient.invalidateQueries({ queryKey: labellingQuery(projectId, dataSetId).queryKey });
    } catch (error) {
      setState({ place, error });
    }
  };
  const sendNext = (text: TextToLabel, place: number, decision: Decision) => {
    const before = sent.current;
    sent.current = (async () => {
      await before;
      await send(text, place, decision);
    })();
  };

  const { data: texts = [] } = batch;
  const { place } = state;
  const current = texts[place];
  return {
    texts,
    place,
    current,
    isLoading: batch.isFetching,
    error: state.error ?? batch.error,
    take,
    decide(decision: Decision) {
      if (!current) return;
      sendNext(current, place, decision);
      setState({ place: place + 1, error: null });
      setLast(current);
      if (place + 1 === texts.length) void take();
    },
    canUndo: place > 0 || last !== undefined,
    /** Goes back to the text before, as if nothing had been said of it. */
    undo() {
      const before = texts[place - 1] ?? last;
      if (!before) return;
      const at = Math.max(0, place - 1);
      sendNext(before, at, { status, labels: [] });
      if (place === 0) queryClient.setQueryData(queryKey, [before, ...texts]);
      setLast(undefined);
      setState({ place: at, error: null });
    },
  };
}
