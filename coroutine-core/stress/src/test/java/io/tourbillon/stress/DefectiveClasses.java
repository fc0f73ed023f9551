package io.tourbillon.stress;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Defines all classes of ours anew, and changes those that a defect names. Only the classes of this
 * package are those of the parent.
 */
final class DefectiveClasses extends OwnClasses {
  private static final String SHARED = "io.tourbillon.stress.";

  private final List<Defect> defects;

  /**
   * @throws IllegalStateException if a defect finds no place in its class
   */
  DefectiveClasses(@Nullable ClassLoader parent, List<Defect> defects) {
    super(parent);
    this.defects = List.copyOf(defects);
    for (Defect defect : defects) {
      try {
        Class<?> _ = loadClass(defect.owner()); // Fails now, not somewhere in the race.
      } catch (ClassNotFoundException missing) {
        throw new IllegalStateException(missing);
      }
    }
  }

  @Override
  protected boolean isShared(String name) {
    return name.startsWith(SHARED);
  }

  @Override
  protected byte[] changed(String name, byte[] bytes) {
    byte[] changed = bytes;
    for (Defect defect : defects) {
      if (defect.owner().equals(name)) {
        changed = defect.applyTo(changed);
      }
    }
    return changed;
  }
}
