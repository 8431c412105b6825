import { passkeysList, secondFactorsShow, unwrap } from '../../api/client';

export const secondFactorsQuery = { queryKey: ['second-factors'], queryFn: () => unwrap(secondFactorsShow()) };

export const passkeysQuery = { queryKey: ['passkeys'], queryFn: () => unwrap(passkeysList()) };
