import { Trans } from 'react-i18next';
import { TextLink } from '../../ui/text-link';

/** What whoever makes an account agrees to. */
export function SignUpTerms() {
  return (
    <p className="text-xs text-muted">
      <Trans
        i18nKey="legal.signUp"
        components={{ terms: <TextLink to="/terms" />, privacy: <TextLink to="/privacy" /> }}
      />
    </p>
  );
}
