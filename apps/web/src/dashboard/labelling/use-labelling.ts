import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { labellingDecide, type LabellingDecideData, labellingTake, type TextToLabel, unwrap } from '../../api/client';
import { labellingQuery } from './labelling.queries';

type Decision = LabellingDecideData['body'];

interface State {
  texts: TextToLabel[];
  /** Which of them is looked at. */
  place: number;
  isLoading: boolean;
  error: unknown;
}

const NOTHING: State = { texts: [], place: 0, isLoading: true, error: null };

/**
 * Texts one after another. A decision is sent while the next text is shown already; where one is not taken, its text is shown again with the
 * reason, so that none is lost.
 */
export function useLabelling(projectId: string, dataSetId: string, status: 'waiting' | 'skipped') {
  const queryClient = useQueryClient();
  const [state, setState] = useState(NOTHING);
  /** In their order, so that a decision and what takes it back do not overtake each other. */
  const sent = useRef<Promise<unknown>>(Promise.resolve());

  const take = useCallback(async () => {
    setState(NOTHING);
    await sent.current;
    try {
      const { texts } = await unwrap(labellingTake({ path: { projectId, dataSetId }, body: { status } }));
      setState({ texts, place: 0, isLoading: false, error: null });
    } catch (error) {
      setState({ ...NOTHING, isLoading: false, error });
    }
    await queryClient.invalidateQueries({ queryKey: labellingQuery(projectId, dataSetId).queryKey });
  }, [projectId, dataSetId, status, queryClient]);
  useEffect(() => void take(), [take]);

  const send = (text: TextToLabel, place: number, decision: Decision) => {
    sent.current = sent.current.then(async () => {
      try {
        await unwrap(labellingDecide({ path: { projectId, dataSetId, textId: text.id }, body: decision }));
        void queryClient.invalidateQueries({ queryKey: labellingQuery(projectId, dataSetId).queryKey });
      } catch (error) {
        setState((now) => ({ ...now, place, error }));
      }
    });
  };

  const current = state.texts[state.place];
  return {
    ...state,
    current,
    take,
    decide(decision: Decision) {
      if (!current) return;
      const { place, texts } = state;
      send(current, place, decision);
      setState({ ...state, place: place + 1, error: null });
      if (place + 1 === texts.length) void take();
    },
    /** Goes back to the text before, as if nothing had been said of it. */
    undo() {
      const before = state.texts[state.place - 1];
      if (!before) return;
      send(before, state.place - 1, { status, labels: [] });
      setState({ ...state, place: state.place - 1, error: null });
    },
  };
}
