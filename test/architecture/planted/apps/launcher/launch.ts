import '../../prisma/seed/seed.js';
import '../../libs/models/manifests.js';
import '../../libs/models/two/trainer.js';
import '../api/step.js';
import '../../tools/migrations/write.js';
