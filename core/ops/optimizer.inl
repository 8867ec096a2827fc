/* Optimizer updates: each returns the new weight, which callers have written over the old one by out=weight, and changes its states.
 *
 * A RULE is one step in the words w (weight), g (gradient), s, t, u (states) and the names of hyperparameters; it is
 * arithmetic of C, done for each element. left1 and left2 are 1 - beta1^t and 1 - beta2^t. RESCALED is g rescaled and clipped, DECAYING has the weight's decay in it before it is clipped. */
/* clang-format off */

#define RESCALED CLIP(rescale_grad * g, clip_gradient)
#define DECAYING CLIP(rescale_grad * g + wd * w, clip_gradient)
#define MOVE(state, rate, value) state = rate * state + (1 - rate) * (value)

RULE(sgd, 0, w = (1 - lr * wd) * w - lr * RESCALED)
RULE(sgd_mom, 1, s = momentum * s - lr * wd * w - lr * RESCALED; w += s)
RULE(nag_mom, 1, T d = RESCALED + wd * w; s = momentum * s - lr * d; w += momentum * s - lr * d)
RULE(signsgd, 0, w = (1 - lr * wd) * w - lr * SIGN(g))
RULE(signum, 1, MOVE(s, momentum, -wd * w - RESCALED); w = (1 - lr * wd_lh) * w + lr * SIGN(s))
RULE(adagrad, 1, T d = RESCALED; s += d * d; w -= lr * (d / SQRT(s + epsilon) + wd * w))
RULE(adam, 2, T d = DECAYING; MOVE(s, beta1, d); MOVE(t, beta2, d * d); w -= lr * s / (SQRT(t) + epsilon))
RULE(adamw, 2, T d = RESCALED; MOVE(s, beta1, d); MOVE(t, beta2, d * d); w -= eta * (lr * s / (SQRT(t) + epsilon) + wd * w))
RULE(ftml, 3, T d = DECAYING; MOVE(t, beta2, d * d);
     T next = left1 / lr * (SQRT(t / left2) + epsilon);
     MOVE(u, beta1, d); u -= (next - beta1 * s) * w; s = next; w = -u / next)
RULE(ftrl, 2, T d = RESCALED, root = SQRT(t); t += d * d; s += d - (SQRT(t) - root) * w / lr;
     w = ABS(s) <= lamda1 ? 0 : (SIGN(s) * lamda1 - s) / ((beta + SQRT(t)) / lr + wd))
RULE(rmsprop, 1, T d = DECAYING; MOVE(s, gamma1, d * d); w = CLIP(w - lr * d / SQRT(s + epsilon), clip_weights))
RULE(rmspropalex, 3, T d = DECAYING; MOVE(s, gamma1, d * d); MOVE(t, gamma1, d);
     u = gamma2 * u - lr * d / SQRT(s - t * t + epsilon); w = CLIP(w + u, clip_weights))
/* The direction, for which its caller finds the length that the other rule goes. */
RULE(lamb_direction, 2, T d = RESCALED; MOVE(s, beta1, d); MOVE(t, beta2, d * d);
     T mean = bias_correction ? s / left1 : s, var = bias_correction ? t / left2 : t;
     w = mean / (SQRT(var) + epsilon) + wd * w)
RULE(lamb, 0, T r = r1 < lower_bound ? lower_bound : r1; r = r > upper_bound ? upper_bound : r; w -= lr * (r == 0 || r2 == 0 ? 1 : r / r2) * g)

#undef RESCALED
#undef DECAYING
#undef MOVE

#define DECAY REAL("wd", 0)
#define CLIPPED REAL("rescale_grad", 1), REAL("clip_gradient", -1)
#define LAZY FLAG("lazy_update", 1)
#define MOMENTUM REAL("momentum", 0)
#define ADAM(epsilon) REAL("beta1", 0.9), REAL("beta2", 0.999), REAL("epsilon", epsilon)
#define RATES NEEDED_REALS("lrs"), NEEDED_REALS("wds")
#define LAMB ADAM(1e-6), NEEDED_INT("t"), FLAG("bias_correction", 1), NEEDED_REAL("wd"), CLIPPED
#define BOUNDS REAL("lower_bound", -1), REAL("upper_bound", -1)
#define LAMBS PARAMS(NEEDED_REALS("learning_rates"), ADAM(1e-6), NEEDED_REALS("wds"), REAL("rescale_grad", 1), BOUNDS, REAL("clip_gradient", -1), \
                     FLAG("bias_correction", 1), NEEDED_REALS("step_count"), INT("num_tensors", 1))
#define ADAMWS PARAMS(NEEDED_REALS("lrs"), ADAM(1e-8), NEEDED_REALS("wds"), NEEDED_REALS("etas"), REAL("clip_gradient", -1), INT("num_weights", 1))
#define ADAMW PARAMS(NEEDED_REAL("lr"), ADAM(1e-8), DECAY, NEEDED_REAL("eta"), REAL("clip_gradient", -1))

UPDATE(sgd_update, sgd, "weight grad", 2, PARAMS(NEEDED_REAL("lr"), DECAY, CLIPPED, LAZY),
   "Stochastic gradient descent: weight - lr (grad + wd weight).")
UPDATE(mp_sgd_update, sgd, "weight grad weight32", 3, PARAMS(NEEDED_REAL("lr"), DECAY, CLIPPED, LAZY),
   "sgd_update of a weight kept in float32 too." DTYPES("float16 and float32, weight32 float32 (else DTypeError)"))
UPDATE(sgd_mom_update, sgd_mom, "weight grad mom", 3, PARAMS(NEEDED_REAL("lr"), MOMENTUM, DECAY, CLIPPED, LAZY),
   "Stochastic gradient descent with momentum: mom = momentum mom - lr (grad + wd weight); weight + mom.")
UPDATE(mp_sgd_mom_update, sgd_mom, "weight grad mom weight32", 4, PARAMS(NEEDED_REAL("lr"), MOMENTUM, DECAY, CLIPPED, LAZY),
   "sgd_mom_update of a weight kept in float32 too." DTYPES("float16 and float32, mom and weight32 float32 (else DTypeError)"))
UPDATE(nag_mom_update, nag_mom, "weight grad mom", 3, PARAMS(NEEDED_REAL("lr"), MOMENTUM, DECAY, CLIPPED),
   "Nesterov's accelerated gradient (1983): d = grad + wd weight; mom = momentum mom - lr d; weight + momentum mom - lr d.")
UPDATE(mp_nag_mom_update, nag_mom, "weight grad mom weight32", 4, PARAMS(NEEDED_REAL("lr"), MOMENTUM, DECAY, CLIPPED),
   "nag_mom_update of a weight kept in float32 too." DTYPES("float16 and float32, mom and weight32 float32 (else DTypeError)"))
UPDATE(signsgd_update, signsgd, "weight grad", 2, PARAMS(NEEDED_REAL("lr"), DECAY, CLIPPED),
   "Descent by the sign of the gradient: weight - lr (sign(grad) + wd weight) (Bernstein and others, 2018).")
UPDATE(signum_update, signum, "weight grad mom", 3, PARAMS(NEEDED_REAL("lr"), MOMENTUM, DECAY, CLIPPED, REAL("wd_lh", 0)),
   "Descent by the sign of the momentum: mom = momentum mom - (1 - momentum) (grad + wd weight); (1 - lr wd_lh) weight + lr sign(mom) "
   "(Bernstein and others, 2018)."
   SAYS("wd_lh", "decay of the weight itself"))
UPDATE(_sparse_adagrad_update, adagrad, "weight grad history", 3, PARAMS(NEEDED_REAL("lr"), REAL("epsilon", 1e-7), DECAY, CLIPPED),
   "AdaGrad: history = history + grad**2; weight - lr (grad / sqrt(history + epsilon) + wd weight) (Duchi and others, 2011).")
UPDATE(adam_update, adam, "weight grad mean var", 4, PARAMS(NEEDED_REAL("lr"), ADAM(1e-8), DECAY, CLIPPED, LAZY),
   "Adam without bias correction, which belongs in lr: d = grad + wd weight; mean = beta1 mean + (1 - beta1) d; var = beta2 var + (1 - "
   "beta2) d**2; weight - lr mean / (sqrt(var) + epsilon) (Kingma and Ba, 2014)."
   SAYS("clip_gradient", "d is limited to -clip ... clip; negative: it is not"))
UPDATE(_adamw_update, adamw, "weight grad mean var rescale_grad", 5, ADAMW,
   "Adam with decay apart from the gradient: weight - eta (lr mean / (sqrt(var) + epsilon) + wd weight) (Loshchilov and Hutter, 2017). With "
   "a rescale_grad of 0, nan or inf nothing changes.")
UPDATE(_mp_adamw_update, adamw, "weight grad mean var weight32 rescale_grad", 6, ADAMW,
   "_adamw_update of a weight kept in float32 too." DTYPES("float16 and float32, the states and weight32 float32 (else DTypeError)"))
UPDATE(ftml_update, ftml, "weight grad d v z", 5,
       PARAMS(NEEDED_REAL("lr"), REAL("beta1", 0.6), REAL("beta2", 0.999), REAL("epsilon", 1e-8), NEEDED_INT("t"), DECAY, REAL("rescale_grad", 1), REAL("clip_grad", -1)),
   "Follow the moving leader: e = grad + wd weight; v = beta2 v + (1 - beta2) e**2; d' = (1 - beta1**t) / lr (sqrt(v / (1 - beta2**t)) + "
   "epsilon); z = beta1 z + (1 - beta1) e - (d' - beta1 d) weight; d = d'; -z / d (Zheng and Kwok, 2017)."
   SAYS("clip_grad", "e is limited to -clip ... clip; negative: it is not"))
UPDATE(ftrl_update, ftrl, "weight grad z n", 4, PARAMS(NEEDED_REAL("lr"), REAL("lamda1", 0.01), REAL("beta", 1), DECAY, CLIPPED),
   "Follow the regularized leader: z = z + grad - (sqrt(n + grad**2) - sqrt(n)) weight / lr; n = n + grad**2; (sign(z) lamda1 - z) / ((beta "
   "+ sqrt(n)) / lr + wd), or 0 if |z| <= lamda1 (McMahan and others, 2013)."
   SAYS("lamda1", "what makes weights 0") SAYS("beta", "as above"))
UPDATE(rmsprop_update, rmsprop, "weight grad n", 3, PARAMS(NEEDED_REAL("lr"), REAL("gamma1", 0.95), REAL("epsilon", 1e-8), DECAY, CLIPPED, REAL("clip_weights", -1)),
   "RMSProp: d = grad + wd weight; n = gamma1 n + (1 - gamma1) d**2; weight - lr d / sqrt(n + epsilon) (Tieleman and Hinton, 2012).")
UPDATE(rmspropalex_update, rmspropalex, "weight grad n g delta", 5,
       PARAMS(NEEDED_REAL("lr"), REAL("gamma1", 0.95), REAL("gamma2", 0.9), REAL("epsilon", 1e-8), DECAY, CLIPPED, REAL("clip_weights", -1)),
   "RMSProp, centred and with momentum: d = grad + wd weight; n and g are the averages of d**2 and d; delta = gamma2 delta - lr d / sqrt(n -"
   " g**2 + epsilon); weight + delta (Graves, 2013)."
   SAYS("gamma2", "the part of the old delta that stays"))
UPDATE(lamb_update_phase1, lamb_direction, "weight grad mean var", 4, PARAMS(LAMB),
   "LAMB's direction, mean / (sqrt(var) + epsilon) + wd weight, with Adam's mean and var (You and others, 2019); phase 2 goes there.")
UPDATE(mp_lamb_update_phase1, lamb_direction, "weight grad mean var weight32", 5, PARAMS(LAMB),
   "lamb_update_phase1 of a weight kept in float32 too." DTYPES("float16 and float32, the states and weight32 float32 (else DTypeError)"))
UPDATE(lamb_update_phase2, lamb, "weight g r1 r2", 4, PARAMS(NEEDED_REAL("lr"), BOUNDS),
   "weight - lr r1/r2 g, with r1 within the bounds (negative: none)."
   DTYPES("float16, float32, float64, the same for weight and g (else DTypeError)"))
UPDATE(mp_lamb_update_phase2, lamb, "weight g r1 r2 weight32", 5, PARAMS(NEEDED_REAL("lr"), BOUNDS),
   "lamb_update_phase2 of a weight kept in float32 too." DTYPES("weight float16 or float32, weight32 and g float32 (else DTypeError)"))

MULTI_UPDATE(multi_sgd_update, sgd, "weight grad", "", 4, PARAMS(RATES, CLIPPED, INT("num_weights", 1)), "sgd_update of many weights: weight, grad, weight, grad ...")
MULTI_UPDATE(multi_sgd_mom_update, sgd_mom, "weight grad mom", "", 5, PARAMS(RATES, MOMENTUM, CLIPPED, INT("num_weights", 1)), "sgd_mom_update of many weights.")
MULTI_UPDATE(multi_mp_sgd_update, sgd, "weight grad weight32", "", 4, PARAMS(RATES, CLIPPED, INT("num_weights", 1)), "mp_sgd_update of many weights.")
MULTI_UPDATE(multi_mp_sgd_mom_update, sgd_mom, "weight grad mom weight32", "", 5, PARAMS(RATES, MOMENTUM, CLIPPED, INT("num_weights", 1)),
             "mp_sgd_mom_update of many weights.")
MULTI_UPDATE(preloaded_multi_sgd_update, sgd, "weight grad", "lrs wds", 2, PARAMS(CLIPPED, INT("num_weights", 1)),
             "multi_sgd_update with the rates in arrays, given last.")
MULTI_UPDATE(preloaded_multi_sgd_mom_update, sgd_mom, "weight grad mom", "lrs wds", 3, PARAMS(MOMENTUM, CLIPPED, INT("num_weights", 1)),
             "multi_sgd_mom_update with the rates in arrays, given last.")
MULTI_UPDATE(preloaded_multi_mp_sgd_update, sgd, "weight grad weight32", "lrs wds", 2, PARAMS(CLIPPED, INT("num_weights", 1)),
             "multi_mp_sgd_update with the rates in arrays, given last.")
MULTI_UPDATE(preloaded_multi_mp_sgd_mom_update, sgd_mom, "weight grad mom weight32", "lrs wds", 3, PARAMS(MOMENTUM, CLIPPED, INT("num_weights", 1)),
             "multi_mp_sgd_mom_update with the rates in arrays, given last.")
MULTI_UPDATE(_multi_adamw_update, adamw, "weight grad mean var", "rescale_grad", 7, ADAMWS, "_adamw_update of many weights; rescale_grad is given last.")
MULTI_UPDATE(_multi_mp_adamw_update, adamw, "weight grad mean var weight32", "rescale_grad", 7, ADAMWS, "_mp_adamw_update of many weights; rescale_grad is given last.")
MULTI_UPDATE(_multi_lamb_update, lamb_direction, "weight grad mean var", "", 11, LAMBS,
   "Both phases of LAMB on many weights." SAYS("learning_rates", "one for each weight")
   SAYS("step_count", "number of this step, from 1, for each weight"))
MULTI_UPDATE(_multi_mp_lamb_update, lamb_direction, "weight grad mean var weight32", "", 11, LAMBS,
   "Both phases of LAMB on many weights kept in float32 too." SAYS("learning_rates", "one for each weight")
   SAYS("step_count", "number of this step, from 1, for each weight"))

#undef DECAY
#undef CLIPPED
#undef LAZY
#undef MOMENTUM
#undef ADAM
#undef RATES
#undef LAMB
#undef BOUNDS
#undef LAMBS
#undef ADAMWS
#undef ADAMW

OP(_contrib_group_adagrad_update, "", "weight grad history", 3, 1,
   PARAMS(NEEDED_REAL("lr"), REAL("rescale_grad", 1), REAL("clip_gradient", -1), REAL("epsilon", 1e-5)), group_adagrad_infer, group_adagrad_run,
   zero_gradient, 0, ALL,
   "AdaGrad with one step size a row: history, of shape (rows, 1), gathers the means of the squared gradients."
   SHAPES("weight (n, ...), grad (the same), history (n, 1) -> that of weight") ALIKE ERRORS("ShapeError if the shapes do not fit"))
OP(multi_lars, "", "lrs weights_sum_sq grads_sum_sq wds", 4, 1, PARAMS(NEEDED_REAL("eta"), NEEDED_REAL("eps"), REAL("rescale_grad", 1)),
   multi_lars_infer, multi_lars_run, zero_gradient, 0, ALL,
   "The learning rates of layers by the norms of their weights and gradients: lr eta |w| / (|g| + wd |w| + eps), or lr where one is 0 (You "
   "and others, 2017)."
   SHAPES("lrs (n), weights_sum_sq (n), grads_sum_sq (n), wds (n) -> (n)") ERRORS("ShapeError if they differ in number"))
COMPOSED(multi_sum_sq, "", "*data", ND_VARIADIC, 1, PARAMS(NEEDED_INT("num_arrays")), multi_sum_sq_compose,
   "The sum of the squares of each array, in float32." SHAPES("n arrays (any) -> (n)"))
COMPOSED(all_finite, "", "data", 1, 1, PARAMS(FLAG("init_output", 1)), all_finite_compose,
   "1 if every element is finite, else 0. With init_output=False a 0 in the output that was given stays." SHAPES("data (any) -> (1)")
   SAYS("init_output", "set the output first"))
COMPOSED(multi_all_finite, "", "*data", ND_VARIADIC, 1, PARAMS(INT("num_arrays", 1), FLAG("init_output", 1)), multi_all_finite_compose,
   "1 if every element of every array is finite, else 0. With init_output=False a 0 in the output that was given stays."
   SHAPES("arrays (any) -> (1)") SAYS("init_output", "set the output first"))

/* clang-format on */
