import path from 'node:path';
import { Global, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { DiskObjectStore } from './disk-object-store.js';
import { OBJECT_STORE, type ObjectStore } from './object-store.js';
import { S3ObjectStore } from './s3-object-store.js';

const objectStore = {
  provide: OBJECT_STORE,
  inject: [CONFIG],
  useFactory: (config: Config): ObjectStore =>
    config.S3_URL
      ? new S3ObjectStore(config.S3_URL)
      : new DiskObjectStore(path.join(config.KINDRED_DATA_DIR, 'objects')),
};

@Global()
@Module({ providers: [objectStore], exports: [objectStore] })
export class ObjectStoreModule {}
