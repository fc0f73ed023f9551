package io.tourbillon.spring.autoconfigure;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Passes values of properties to builders, which know the rules. If a builder refuses a value, the
 * report of the failed start names the property, the value, where it was set, and the rule.
 */
final class Setting {
  private Setting() {}

  /** Passes a value to a builder, or makes something of it. */
  @FunctionalInterface
  interface Option<T, R> {
    /**
     * Takes the value.
     *
     * @throws IllegalArgumentException if the value breaks a rule
     */
    R take(T value);
  }

  /** Passes a value to an option, and returns what the option returns. */
  static <T, R> R pass(String property, T value, Option<T, R> option) {
    try {
      return option.take(value);
    } catch (IllegalArgumentException refusal) {
      throw new InvalidConfigurationPropertyValueException(
          property, value, refusal.getMessage() + ".");
    }
  }
}
