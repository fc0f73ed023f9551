package io.tourbillon.bench.soak.round;

import io.tourbillon.timer.TimerService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A round in this JVM: the steady load, the fault in its midst, and the checks. First a short
 * rehearsal of all that, so that classes are loaded and the JDK has started its threads; what is
 * there afterwards and was not before is what the fault has left behind.
 */
public final class Trial {
  private static final long WINDOW_MILLIS = 250;

  private final String name;
  private final Disturbance disturbance;
  private final long seed;
  private final Phases phases;
  private final UnaryOperator<TimerService> disguise;
  private final Variant variant;
  private final Breaches breaches = new Breaches();
  private final List<String> notes = new ArrayList<>();

  /**
   * Prepares a round.
   *
   * @param name of the fault
   * @param disguise put between the services and the load: the identity, unless a test breaks
   *     promises
   */
  public Trial(
      String name,
      Disturbance disturbance,
      long seed,
      Phases phases,
      UnaryOperator<TimerService> disguise) {
    this.name = name;
    this.disturbance = disturbance;
    this.seed = seed;
    this.phases = phases;
    this.disguise = disguise;
    variant = Variant.of(seed);
  }

  /** What a pass has measured. */
  private record Pass(
      long fromMillis,
      long toMillis,
      Window before,
      Window after,
      List<Window> windows,
      Map<String, Long> figures,
      long permittedBytes,
      long afterFromMillis) {}

  /** Runs; once only. */
  public RoundResult run() throws InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    rehearse(random.split());
    Leftovers leftovers = Leftovers.before();
    Pass pass = pass(phases, random.split());
    leftovers.judge(breaches, pass.permittedBytes);
    judgeLateness(pass);
    return new RoundResult(
        name,
        seed,
        variant.engine().name(),
        variant.collector(),
        pass.fromMillis,
        pass.toMillis,
        breaches.all(),
        pass.figures,
        notes,
        pass.before,
        pass.after,
        pass.windows);
  }

  /** What was measured then is told if it may explain a breach. */
  private void rehearse(SplittableRandom random) throws InterruptedException {
    breaches.setPart("in the rehearsal, ");
    Pass rehearsal = pass(Phases.REHEARSAL, random);
    breaches.setPart("");
    if (!breaches.all().isEmpty()) {
      notes.add("the rehearsal: " + rehearsal.figures);
    }
  }

  private Pass pass(Phases lengths, SplittableRandom random) throws InterruptedException {
    try (Sampler sampler = new Sampler(WINDOW_MILLIS)) {
      Stage stage = new Stage(variant, sampler, random.split(), disguise, breaches);
      try {
        TimeUnit.MILLISECONDS.sleep(lengths.warmUp());
        sampler.endPart();
        TimeUnit.MILLISECONDS.sleep(lengths.before());
        Window before = sampler.endPart();
        Scene scene = new Scene(stage, variant, sampler, random.split(), breaches, lengths.fault());
        long fromMillis = sampler.millis();
        disturb(scene);
        long toMillis = sampler.millis();
        TimeUnit.MILLISECONDS.sleep(lengths.settle());
        sampler.endPart();
        long afterFromMillis = sampler.millis();
        TimeUnit.MILLISECONDS.sleep(lengths.after());
        Window after = sampler.endPart();
        List<Window> windows = sampler.windows();
        stage.close();
        return new Pass(
            fromMillis,
            toMillis,
            before,
            after,
            windows,
            figures(stage, scene),
            scene.permittedBytes(),
            afterFromMillis);
      } catch (InterruptedException | RuntimeException | Error failure) {
        stage.close();
        throw failure;
      }
    }
  }

  private void disturb(Scene scene) throws InterruptedException {
    try {
      disturbance.disturb(scene);
    } catch (InterruptedException ended) {
      throw ended;
    } catch (Exception | Error failure) {
      StackTraceElement[] trace = failure.getStackTrace();
      breaches.add(
          "the fault is borne", failure + (trace.length == 0 ? "" : " at " + List.of(trace)));
    }
  }

  private static Map<String, Long> figures(Stage stage, Scene scene) {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("timers", stage.services().stream().mapToLong(CheckedService::accepted).sum());
    figures.put("coroutines", stage.coroutines().spawned());
    figures.put("delays and timeouts", stage.coroutines().waits());
    figures.put(
        "tasks of executors and futures",
        stage.jobs().stream().mapToLong(CheckedJobs::accepted).sum());
    figures.put("values handed over by channels", stage.families().handedOver());
    figures.put("calls", stage.calls());
    figures.put("calls without memory", stage.errors());
    figures.put("stalls reported", stage.stalls());
    figures.put("failures not told for want of memory", stage.untold());
    figures.put("families not judged for want of memory", stage.families().unjudged());
    figures.putAll(scene.figures());
    return figures;
  }

  private void judgeLateness(Pass pass) {
    if (LatenessRule.isTooBusy(pass.after)) {
      notes.add("the machine was too busy to judge lateness");
      return;
    }
    Lateness machineBefore = pass.before.machine();
    Lateness machineAfter = pass.after.machine();
    List<Window> after =
        pass.windows.stream().filter(window -> window.atMillis() > pass.afterFromMillis).toList();
    Lateness timersAfter = LatenessRule.typical(after.stream().map(Window::timers).toList());
    Lateness sleepsAfter = LatenessRule.typical(after.stream().map(Window::sleeps).toList());
    LatenessRule.breach(pass.before.timers(), timersAfter, machineBefore, machineAfter)
        .ifPresent(seen -> breaches.add("timers are on time again within a second", seen));
    LatenessRule.breach(pass.before.sleeps(), sleepsAfter, machineBefore, machineAfter)
        .ifPresent(seen -> breaches.add("coroutines are on time again within a second", seen));
  }
}
