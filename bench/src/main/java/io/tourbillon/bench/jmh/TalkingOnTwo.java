package io.tourbillon.bench.jmh;

import org.openjdk.jmh.annotations.Fork;

/** Coroutines that talk, on two threads. The flags are those of {@code TalkKind.jvmFlags}. */
@Fork(
    jvmArgsAppend = {
      "-Djdk.virtualThreadScheduler.parallelism=2",
      "-Djdk.virtualThreadScheduler.maxPoolSize=2",
      "-Dkotlinx.coroutines.scheduler.core.pool.size=2",
      "-Dkotlinx.coroutines.scheduler.max.pool.size=2"
    })
public class TalkingOnTwo extends Talking {
  @Override
  int threads() {
    return 2;
  }
}
