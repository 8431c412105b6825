export { InteractionsModule } from './interactions.module.js';
export { RecentInteractions } from './recent-interactions.js';
