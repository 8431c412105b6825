import { startLocalStripe } from './server.js';

const { LOCAL_STRIPE_FILE, LOCAL_STRIPE_PORT, WEBHOOK_URL, STRIPE_WEBHOOK_SECRET } = process.env as Record<
  string,
  string
>;

const server = await startLocalStripe({
  file: LOCAL_STRIPE_FILE!,
  port: Number(LOCAL_STRIPE_PORT),
  webhookUrl: WEBHOOK_URL!,
  webhookSecret: STRIPE_WEBHOOK_SECRET!,
});
const stop = () => void server.close().then(() => process.exit(0));
process.on('SIGTERM', stop);
process.on('disconnect', stop);
process.send?.('ready');
