package io.tourbillon.bench.jmh;

import org.openjdk.jmh.annotations.Fork;

/** Coroutines that talk, on one thread. The flags are those of {@code TalkKind.jvmFlags}. */
@Fork(
    jvmArgsAppend = {
      "-Djdk.virtualThreadScheduler.parallelism=1",
      "-Djdk.virtualThreadScheduler.maxPoolSize=1",
      "-Dkotlinx.coroutines.scheduler.core.pool.size=1",
      "-Dkotlinx.coroutines.scheduler.max.pool.size=1"
    })
public class TalkingOnOne extends Talking {
  @Override
  int threads() {
    return 1;
  }
}
