import '../a/a.service.js';
import '../../models/manifests.js';
import '../../compute/gram/kernel.js';
import '../../platform/database/generated/client.js';
