import { secondFactorsShow, unwrap } from '../../api/client';

export const secondFactorsQuery = { queryKey: ['second-factors'], queryFn: () => unwrap(secondFactorsShow()) };
