package io.tourbillon.junit;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Where seeds come from, and how they are written. */
final class Seeds {
  private Seeds() {}

  /**
   * Returns the seed for a test: that of the nearest annotation, or of the configuration, or one by
   * chance.
   */
  static long first(ExtensionContext context) {
    Optional<SimulationSeed> annotated = Annotations.nearest(context, SimulationSeed.class);
    if (annotated.isPresent()) {
      return annotated.get().value();
    }
    return context
        .getConfigurationParameter(TourbillonExtension.SEED_PARAMETER)
        .map(Seeds::parse)
        // Short, as people have to copy it.
        .orElseGet(() -> (long) ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
  }

  /** Reads a decimal or hexadecimal number, with or without an L, as messages have it. */
  static long parse(String text) {
    String digits = text.strip().toUpperCase(Locale.ROOT).replaceFirst("L$", "");
    try {
      return digits.startsWith("0X")
          ? Long.parseUnsignedLong(digits.substring(2), 16)
          : Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new ExtensionConfigurationException(
          TourbillonExtension.SEED_PARAMETER
              + " must be a decimal number or 0x and a hexadecimal one, of 64 bits: "
              + text,
          e);
    }
  }

  /** Writes a seed as a literal of Java. */
  static String text(long seed) {
    return "0x" + Long.toHexString(seed).toUpperCase(Locale.ROOT) + "L";
  }

  /** Tells the seed of a test that has failed: in the failure, and as an entry of the report. */
  static void tell(ExtensionContext context, Throwable failure, long seed) {
    failure.addSuppressed(new Note(seed));
    context.publishReportEntry(TourbillonExtension.SEED_PARAMETER, text(seed));
  }

  /**
   * Is suppressed in the failure of a test, so that it appears wherever the failure does, and the
   * failure stays what it is: tools compare the expected and the actual value of an assertion.
   */
  static final class Note extends Exception {
    private static final long serialVersionUID = 1;

    Note(long seed) {
      super(
          "the order of turns had the seed "
              + text(seed)
              + "; to repeat it: @SimulationSeed("
              + text(seed)
              + ") on the test, or -D"
              + TourbillonExtension.SEED_PARAMETER
              + "="
              + text(seed),
          null,
          true,
          false);
    }
  }
}
