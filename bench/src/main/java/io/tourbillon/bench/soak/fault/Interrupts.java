package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.timer.internal.LiveThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Threads are interrupted at random: drivers, loops, watchdogs, those of the pool, and those that
 * call the services.
 */
final class Interrupts implements Disturbance {
  private static final Pattern VICTIMS = Pattern.compile("tourbillon-timer.*|soak-(?!limit).*");
  private static final int BURST = 20;

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    while (scene.goesOn()) {
      List<Thread> victims = victims();
      for (int number = 0; number < BURST; number++) {
        victims.get(scene.random().nextInt(victims.size())).interrupt();
        scene.count("interrupts", 1);
        scene.pause(1);
      }
    }
  }

  /** Loops of one engine are virtual threads, which are in no list of the JDK. */
  private static List<Thread> victims() {
    List<Thread> victims =
        new ArrayList<>(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> VICTIMS.matcher(thread.getName()).matches())
                .toList());
    LiveThreads.all().stream()
        .map(LiveThreads.Entry::thread)
        .filter(Thread::isVirtual)
        .forEach(victims::add);
    return victims;
  }
}
