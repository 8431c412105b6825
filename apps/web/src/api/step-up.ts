/** By what somebody can show that it is them, as the API names it. */
export type StepUpMethod = 'password' | 'totp' | 'recovery_code' | 'passkey';

/** Asks the person, and tells whether they have shown that it is them. */
type Ask = (methods: StepUpMethod[]) => Promise<boolean>;

let ask: Ask | undefined;
let asking: Promise<boolean> | undefined;

/** Whoever can ask; the last to come does. */
export function onStepUp(next: Ask): () => void {
  ask = next;
  return () => {
    if (ask === next) ask = undefined;
  };
}

/** A call that wants a recent login asks for it, once for all that want it at the same time, and is then made again. */
export const fetchWithStepUp: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const again = request.method === 'GET' ? null : request.clone();
  const response = await fetch(request);
  if (response.status !== 403 || !again || !ask) return response;
  const problem = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: string; methods?: StepUpMethod[] } | null;
  if (problem?.code !== 'step_up_required') return response;
  asking ??= ask(problem.methods ?? []).finally(() => (asking = undefined));
  return (await asking) ? fetch(again) : response;
};
