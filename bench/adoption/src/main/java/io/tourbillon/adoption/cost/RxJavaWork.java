package io.tourbillon.adoption.cost;

import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.subjects.SingleSubject;
import io.tourbillon.adoption.RxJavaRecipe;
import io.tourbillon.adoption.TimeSource;
import java.util.concurrent.TimeUnit;

/** Values that arrive in time. */
final class RxJavaWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    Scheduler scheduler = RxJavaRecipe.scheduler(source);
    return new Session() {
      @Override
      public void run(int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
          SingleSubject<Integer> call = SingleSubject.create();
          var value = call.timeout(1, TimeUnit.MINUTES, scheduler).toCompletionStage();
          call.onSuccess(i);
          value.toCompletableFuture().get();
        }
      }

      @Override
      public void close() {
        scheduler.shutdown();
      }
    };
  }
}
