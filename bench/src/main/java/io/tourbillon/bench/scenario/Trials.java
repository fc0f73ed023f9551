package io.tourbillon.bench.scenario;

import io.tourbillon.bench.subject.Subject;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * A trial and the subjects of this JVM that can take part in it.
 *
 * @param bytesEach heap that has to be there for each timer or coroutine, whichever the subject
 */
record Trials<K extends Subject>(Class<K> type, List<K> subjects, int bytesEach, Trial<K> trial) {

  static <K extends Subject> Trials<K> of(
      Class<K> type, Collection<K> subjects, int bytesEach, Trial<K> trial) {
    return new Trials<>(type, List.copyOf(subjects), bytesEach, trial);
  }

  Measurement run(Subject subject, Job job) throws IOException, InterruptedException {
    return trial.run(type.cast(subject), job);
  }
}
