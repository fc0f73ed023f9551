package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.NamingConvention;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Registers the meters of a binder with registries, and removes them from all of these.
 * Thread-safe.
 *
 * @param <S> the type of the snapshots that the meters read
 */
final class Bindings<S> {
  private final Supplier<? extends S> source;
  private final Snapshots<S> snapshots;
  private final Tags tags;

  /** Guarded by its own monitor. */
  private final List<Meters<S>> bound = new ArrayList<>();

  /**
   * @param tags the tags of all meters
   * @param ownKeys the keys of the tags that meters add
   * @throws IllegalArgumentException if one of the tags has such a key
   */
  Bindings(Supplier<? extends S> source, Iterable<Tag> tags, Set<String> ownKeys) {
    this.source = source;
    this.snapshots = new Snapshots<>(source, System::nanoTime);
    this.tags = Tags.of(tags);
    for (Tag tag : this.tags) {
      if (ownKeys.contains(tag.getKey())) {
        throw new IllegalArgumentException(
            "a tag must not have the key " + tag.getKey() + ", which some meters use: " + tag);
      }
    }
  }

  /** Takes a new snapshot, which is not shared. */
  S now() {
    return source.get();
  }

  /**
   * Registers meters: all of them, or none if one is refused.
   *
   * @throws IllegalArgumentException if two tags have the same key in the naming convention of the
   *     registry
   */
  void bind(MeterRegistry registry, Consumer<Meters<S>> register) {
    requireDifferentKeys(registry.config().namingConvention());
    Meters<S> meters = new Meters<>(registry, snapshots, tags);
    synchronized (bound) {
      boolean all = false;
      try {
        register.accept(meters);
        all = true;
      } finally {
        if (all) {
          bound.add(meters);
        } else {
          meters.removeAll();
        }
      }
    }
  }

  private void requireDifferentKeys(NamingConvention spelling) {
    Map<String, Tag> bySpelling = new HashMap<>();
    for (Tag tag : tags) {
      Tag same = bySpelling.put(spelling.tagKey(tag.getKey()), tag);
      if (same != null) {
        throw new IllegalArgumentException(
            "tag keys must differ in the naming convention of the registry: "
                + same
                + " and "
                + tag);
      }
    }
  }

  /** Removes all meters from all registries. */
  void removeAll() {
    synchronized (bound) {
      bound.forEach(Meters::removeAll);
      bound.clear();
    }
  }
}
