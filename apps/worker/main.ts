import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { readConfig } from '../../libs/platform/config/config.js';
import { comeAfter } from '../../libs/platform/processes/priority.js';
import { stopOnSignal } from '../../libs/platform/telemetry/lifecycle.js';
import { WorkerModule } from './worker.module.js';

const NICENESS = 10;

// What is read, trained and mailed is this account's alone.
process.umask(0o077);
// Training takes every core it is given: on a machine that it shares with the API, the API comes first.
comeAfter(NICENESS);
const app = await NestFactory.createApplicationContext(WorkerModule.with(readConfig()), { bufferLogs: true });
app.useLogger(app.get(Logger));
stopOnSignal(app);
process.send?.('ready');
