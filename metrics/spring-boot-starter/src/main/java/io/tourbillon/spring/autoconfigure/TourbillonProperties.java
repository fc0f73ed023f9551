package io.tourbillon.spring.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What concerns all of the starter.
 *
 * @param enabled Whether the starter does anything.
 * @param health Options of the health indicator.
 */
@ConfigurationProperties("tourbillon")
record TourbillonProperties(@DefaultValue("true") boolean enabled, @DefaultValue Health health) {

  /**
   * Options of the health indicator.
   *
   * @param stallLimit How long a timer may be overdue, or a loop may not answer, before the health
   *     indicator reports it. Should be longer than any task or turn may take.
   */
  record Health(@DefaultValue("5s") Duration stallLimit) {}
}
