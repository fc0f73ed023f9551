package io.tourbillon.adoption.cost;

import io.tourbillon.adoption.SpringRecipe;
import io.tourbillon.adoption.TimeSource;
import java.time.Instant;
import org.springframework.scheduling.TaskScheduler;

/** Tasks that are scheduled and cancelled. */
final class SpringWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    TaskScheduler scheduler = SpringRecipe.scheduler(source);
    return new Session() {
      @Override
      public void run(int calls) {
        for (int i = 0; i < calls; i++) {
          scheduler.schedule(() -> {}, Instant.now().plusSeconds(60)).cancel(false);
        }
      }

      @Override
      public void close() {}
    };
  }
}
