import 'node:fs';
import 'pino';
import '../migrations/write.ts';
