import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { authChooseOrganization, unwrap } from '../../api/client';

/** On which the pages of this browser tell each other that another organization was chosen. */
const CHANNEL = 'kindred-organization';

/** A new page, so that nothing of the other organization is left in memory or on the screen. */
const enter = () => window.location.assign('/projects');

/** Acts in another organization of the person's from now on, in every page of this browser. */
export function useChooseOrganization() {
  return useMutation({
    mutationFn: (organizationId: string) => unwrap(authChooseOrganization({ body: { organizationId } })),
    onSuccess: () => {
      const channel = new BroadcastChannel(CHANNEL);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
      channel.postMessage(null);
      channel.close();
      enter();
    },
  });
}

/** Follows where another page of this browser goes. */
export function useFollowOrganization(): void {
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener('message', enter);
    return () => channel.close();
  }, []);
}
