package io.tourbillon.bench.scenario;

import io.tourbillon.bench.subject.Subject;
import java.io.IOException;

/**
 * Measures one subject in this JVM.
 *
 * @param <K> the kind of subject
 */
interface Trial<K extends Subject> {
  /**
   * Runs it.
   *
   * @throws IllegalStateException if a check fails
   */
  Measurement run(K subject, Job job) throws IOException, InterruptedException;
}
