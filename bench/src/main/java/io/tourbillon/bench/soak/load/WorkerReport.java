package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.soak.round.Window;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What one worker of a load with sockets has seen. Times are whole histograms, since percentiles of
 * processes cannot be added up.
 *
 * @param engine what carried the coroutines
 * @param connected its clients that have connected
 * @param accepted connections of others' clients
 * @param sent messages of its clients, of the whole run
 * @param received those that came back
 * @param echoed messages of others' clients that its servers have sent back
 * @param measuredEchoes messages that came back while the load was measured
 * @param cpuNanos of this process while the load was measured
 * @param heapBytes live objects when all were connected
 * @param threads platform threads then
 * @param descriptors open files then
 * @param leftBytes live objects after the close, less those before
 * @param roundTrips of its clients' messages while the load was measured; see {@link #encode}
 * @param timers how late timers were meanwhile, and so on
 * @param breaches a sentence for each broken promise
 * @param notes what else there is to know
 * @param windows from the time on at which the load was measured
 */
record WorkerReport(
    String engine,
    long connected,
    long accepted,
    long sent,
    long received,
    long echoed,
    long measuredEchoes,
    long cpuNanos,
    long heapBytes,
    long threads,
    long descriptors,
    long leftBytes,
    String roundTrips,
    String timers,
    String sleeps,
    String machine,
    List<String> breaches,
    List<String> notes,
    List<Window> windows) {
  /**
   * Returns this report with what was seen after the close.
   *
   * @param bytes live objects, less those before
   * @param more promises that were broken
   * @param logged lines of the log
   */
  WorkerReport atEnd(long bytes, List<String> more, List<String> logged) {
    return new WorkerReport(
        engine,
        connected,
        accepted,
        sent,
        received,
        echoed,
        measuredEchoes,
        cpuNanos,
        heapBytes,
        threads,
        descriptors,
        bytes,
        roundTrips,
        timers,
        sleeps,
        machine,
        Stream.concat(breaches.stream(), more.stream()).toList(),
        Stream.concat(notes.stream(), logged.stream()).toList(),
        windows);
  }

  /** Returns a histogram as text. */
  static String encode(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }

  /** Returns the histogram of a text. */
  static Histogram decode(String text) {
    try {
      return Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
    } catch (DataFormatException damaged) {
      throw new IllegalArgumentException("a worker must report a histogram: " + text, damaged);
    }
  }
}
