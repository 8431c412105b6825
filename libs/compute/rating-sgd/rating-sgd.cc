// One epoch of biased matrix factorisation, on one thread: a step of one user moves items that the next user reads.

struct RatingSgdArguments {
  Number rows;
  /** [rows]: users in the order of their steps. */
  Array<const uint32_t> order;
  Array<const uint32_t> offsets;
  Array<const uint32_t> indices;
  Array<const float> values;
  Number mean;
  Number dimensions;
  Array<float> userBiases;
  Array<float> itemBiases;
  Array<float> users;
  Array<float> items;
  /** Null leaves the implicit term out. */
  Array<float> implicitItems;
  Number learningRate;
  Number regularization;
  /** [1] */
  Array<float> squaredError;
};

/** With z the user's vector p plus the implicit term: pull += e q, p += η (e q − λ p), q += η (e z − λ q). */
INLINE void moveRated(float* p, float* q, const float* implicit, float* pull, int d, float rate, float error,
                      float regularization) {
  const float keep = 1 - rate * regularization, step = rate * error;
  Vector k = broadcast(keep), s = broadcast(step), e = broadcast(error);
  int i = 0;
  for (; i + WIDTH <= d; i += WIDTH) {
    Vector user = load(p + i), item = load(q + i);
    store(pull + i, multiplyAdd(e, item, load(pull + i)));
    store(p + i, multiplyAdd(s, item, k * user));
    store(q + i, multiplyAdd(s, user + load(implicit + i), k * item));
  }
  for (; i < d; i++) {
    const float user = p[i], item = q[i];
    pull[i] += error * item;
    p[i] = keep * user + step * item;
    q[i] = keep * item + step * (user + implicit[i]);
  }
}

static void rating_sgd(const Run& run, const RatingSgdArguments& in) {
  int first, end;
  if (!run.take(1, 1, &first, &end)) return;
  const int d = in.dimensions, rows = in.rows;
  const float rate = in.learningRate, regularization = in.regularization, mean = in.mean;
  float* implicitItems = in.implicitItems;
  Scratch scratch(run);
  float *implicit = scratch.take<float>(d), *pull = scratch.take<float>(d);
  fill(implicit, 0, d);
  double squaredError = 0;
  for (int at = 0; at < rows; at++) {
    const uint32_t user = in.order[at], start = in.offsets[user], stop = in.offsets[user + 1];
    if (start == stop) continue;
    const float scale = 1 / squareRoot((float)(stop - start));
    float* p = in.users + (size_t)user * d;
    float* bias = in.userBiases + user;
    if (implicitItems) {
      fill(implicit, 0, d);
      for (uint32_t j = start; j < stop; j++) addScaled(implicit, scale, implicitItems + (size_t)in.indices[j] * d, d);
    }
    fill(pull, 0, d);
    for (uint32_t j = start; j < stop; j++) {
      if (j % 1024 == 0 && run.cancelled()) return;
      const uint32_t item = in.indices[j];
      float* q = in.items + (size_t)item * d;
      float* itemBias = in.itemBiases + item;
      const float error = in.values[j] - (mean + *bias + *itemBias + dot(q, p, d) + dot(q, implicit, d));
      squaredError += (double)error * error;
      *bias += rate * (error - regularization * *bias);
      *itemBias += rate * (error - regularization * *itemBias);
      moveRated(p, q, implicit, pull, d, rate, error, regularization);
    }
    if (!implicitItems) continue;
    for (uint32_t j = start; j < stop; j++) {
      float* y = implicitItems + (size_t)in.indices[j] * d;
      const float keep = 1 - rate * regularization;
      for (int k = 0; k < d; k++) y[k] = keep * y[k] + rate * scale * pull[k];
    }
  }
  in.squaredError[0] = (float)squaredError;
}
