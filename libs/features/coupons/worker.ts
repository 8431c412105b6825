/** The worker's door to this feature. */
export { CouponsWorkerModule } from './coupons.module.js';
