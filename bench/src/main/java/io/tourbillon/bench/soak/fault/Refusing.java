package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Pool;
import io.tourbillon.bench.soak.round.Scene;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** The executor of a service refuses a part of the tasks, or fails in other ways. */
final class Refusing implements Disturbance {
  @Override
  public void disturb(Scene scene) throws InterruptedException {
    CheckedService service = scene.stage().onPool();
    Pool pool = scene.stage().pool();
    AtomicLong refused = new AtomicLong();
    pool.gate(
        task -> {
          int kind = ThreadLocalRandom.current().nextInt(10);
          if (kind >= 5) {
            return true;
          }
          service.willRefuse();
          refused.incrementAndGet();
          throw switch (kind) {
            case 0 -> new IllegalStateException("an executor that fails");
            case 1 -> new NullPointerException("an executor with a defect");
            default -> Pool.refusal();
          };
        });
    scene.pause(scene.leftMillis());
    pool.open();
    scene.count("tasks that the executor refused", refused.get());
  }
}
