package io.tourbillon.stress;

import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.Arrays;

/**
 * Makes races on classes with defects. Each object has a class loader of its own, which defines all
 * classes of ours anew, and changes those that a defect names. Thread-safe.
 */
public final class Twins {
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Constructor<? extends Race> constructor;

  /**
   * @param steps the race
   * @param defects what is wrong with the classes that it uses
   * @throws IllegalStateException if a defect finds no place in its class
   */
  public Twins(Class<? extends Race> steps, Defect... defects) {
    ClassLoader loader = new DefectiveClasses(Twins.class.getClassLoader(), Arrays.asList(defects));
    try {
      constructor = loader.loadClass(steps.getName()).asSubclass(Race.class).getConstructor();
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException(missing);
    }
  }

  /** A race on a fresh subject. */
  public Race race() {
    try {
      return new Together(constructor.newInstance());
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /**
   * How long a step may wait before its wait counts as one without an end: short in a twin, which
   * is to be caught, and long in a race that must hold on a busy machine.
   *
   * @param steps the class of the race
   */
  public static Duration limit(Class<? extends Race> steps) {
    return steps.getClassLoader() instanceof DefectiveClasses ? SOON : LONG;
  }
}
