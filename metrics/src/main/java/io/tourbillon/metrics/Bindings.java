package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.NamingConvention;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Registers the meters of a binder with registries, and removes them from all of these.
 * Thread-safe.
 *
 * @param <S> the type of the snapshots that the meters read
 */
final class Bindings<S> {
  /**
   * What every version of Prometheus takes. A registry would write any other key in quotes, and
   * older versions would refuse the whole text for it.
   */
  private static final Pattern LABEL = Pattern.compile("(?!__)[a-zA-Z_][a-zA-Z0-9_]*");

  private final Supplier<? extends S> source;
  private final Snapshots<S> snapshots;
  private final Tags tags;
  private final Set<String> ownKeys;

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
    this.ownKeys = ownKeys;
    requireKeys(NamingConvention.identity);
  }

  /** Takes a new snapshot, which is not shared. */
  S now() {
    return source.get();
  }

  /**
   * Registers meters: all of them, or none if one is refused.
   *
   * @throws IllegalArgumentException if, in the naming convention of the registry, two tags have
   *     the same key, or one has a key that meters add or that Prometheus does not take
   */
  void bind(MeterRegistry registry, Consumer<Meters<S>> register) {
    requireKeys(registry);
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

  private void requireKeys(MeterRegistry registry) {
    NamingConvention spelling = registry.config().namingConvention();
    requireKeys(spelling);
    if (Histograms.isPrometheus(registry)) {
      for (Tag tag : tags) {
        if (!LABEL.matcher(spelling.tagKey(tag.getKey())).matches()) {
          throw new IllegalArgumentException(
              "a tag must have a key of letters, digits and _ in Prometheus: " + tag);
        }
      }
    }
    if (registry instanceof CompositeMeterRegistry composite) {
      composite.getRegistries().forEach(this::requireKeys);
    }
  }

  private void requireKeys(NamingConvention spelling) {
    Map<String, Tag> bySpelling = new HashMap<>();
    for (Tag tag : tags) {
      String key = spelling.tagKey(tag.getKey());
      if (ownKeys.contains(key)) {
        throw new IllegalArgumentException(
            "a tag must not have the key " + key + ", which some meters use: " + tag);
      }
      Tag same = bySpelling.put(key, tag);
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
