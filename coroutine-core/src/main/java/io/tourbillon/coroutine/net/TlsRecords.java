package io.tourbillon.coroutine.net;

import static javax.net.ssl.SSLEngineResult.HandshakeStatus.FINISHED;
import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NEED_TASK;
import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NEED_WRAP;
import static javax.net.ssl.SSLEngineResult.Status.BUFFER_OVERFLOW;
import static javax.net.ssl.SSLEngineResult.Status.CLOSED;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * The engine of a TLS connection and the bytes around it: <em>opens</em> the records that were
 * received, and <em>seals</em> data in records that are to be sent. Never suspends.
 *
 * <p>One caller at a time may open, and one at a time may seal; both may happen at the same time,
 * which an {@link SSLEngine} allows. During the first handshake one caller does both.
 */
final class TlsRecords {
  /** Records are sealed up to about this many bytes, and then sent together. */
  static final int BATCH_BYTES = 64 * 1024;

  /** A record begins with its type, two bytes for the version, and two for its length. */
  private static final int HEADER = 5;

  private static final int LONGEST_RECORD = HEADER + 0xFFFF;

  /** The limit for the length that TLS 1.2 sets; that of TLS 1.3 is lower. */
  private static final int USUAL_LENGTH = 16 * 1024 + 2048;

  /** The types from change_cipher_spec to application_data, by RFC 8446. */
  private static final int FIRST_TYPE = 20;

  private static final int LAST_TYPE = 23;

  private static final ByteBuffer[] NO_DATA = {ByteBuffer.allocate(0)};

  final SSLEngine engine;

  /** What was received and is not opened yet. Used by the caller that opens records. */
  final ByteQueue received = new ByteQueue();

  /**
   * Data of a record that was larger than the buffer of its reader. Used by the caller that opens
   * records.
   */
  final ByteQueue opened = new ByteQueue();

  /** Sealed records that are to be sent, of which the first may have been sent in part. */
  final ByteQueue unsent = new ByteQueue();

  private boolean begun;

  /**
   * Whether the peer has announced the end of its output. Used by the caller that opens records.
   */
  private boolean closeNotified;

  TlsRecords(SSLEngine engine) {
    this.engine = engine;
  }

  /** The outcome of {@link #open}. */
  enum Opened {
    /** There is data, in the target or in {@link #opened}. */
    DATA,
    /** The engine has made progress without data. */
    PROGRESS,
    /** The engine needs more bytes in {@link #received}. */
    INCOMPLETE,
    /** The engine has tasks to be run first. */
    TASK,
    /** The engine must seal something first. */
    SEAL,
    /** The peer has ended its output, as it should. */
    END
  }

  /**
   * Opens the next record. {@link #opened} must be empty.
   *
   * @param target gets the data of the record if it has room for all of it
   */
  Opened open(ByteBuffer target) throws SSLException {
    SSLEngineResult result = engine.unwrap(received.content(), target);
    if (result.getStatus() == BUFFER_OVERFLOW) {
      result = openIntoQueue();
    }
    closeNotified |= result.getStatus() == CLOSED && result.bytesConsumed() > 0;
    if (result.bytesProduced() > 0) {
      return Opened.DATA;
    }
    return switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> incomplete();
      case BUFFER_OVERFLOW -> throw new SSLException("the data of a record exceeds any buffer");
      case CLOSED -> {
        if (!closeNotified) {
          throw new SSLException("the TLS engine was closed by a failure");
        }
        yield Opened.END;
      }
      case OK -> {
        if (isProgress(result)) {
          yield Opened.PROGRESS;
        }
        yield switch (result.getHandshakeStatus()) {
          case NEED_TASK -> Opened.TASK;
          case NEED_WRAP -> Opened.SEAL;
          default -> incomplete();
        };
      }
    };
  }

  private SSLEngineResult openIntoQueue() throws SSLException {
    int room = engine.getSession().getApplicationBufferSize();
    while (true) {
      ByteBuffer tail = opened.openTail(room);
      boolean done = false;
      try {
        SSLEngineResult result = engine.unwrap(received.content(), tail);
        opened.closeTail();
        done = true;
        if (result.getStatus() != BUFFER_OVERFLOW || room > LONGEST_RECORD) {
          return result;
        }
      } finally {
        if (!done) {
          opened.abandonTail();
        }
      }
      room *= 2;
    }
  }

  private Opened incomplete() throws SSLException {
    if (received.size() >= LONGEST_RECORD) {
      throw new SSLException("a record must have at most " + LONGEST_RECORD + " bytes");
    }
    return Opened.INCOMPLETE;
  }

  /** Returns a buffer for what is received next, with room for the rest of a record. */
  ByteBuffer openReceived() {
    int packet = engine.getSession().getPacketBufferSize();
    int missing = packet - received.size();
    return received.openTail(missing > 0 ? missing : packet);
  }

  /**
   * Seals the next record, of the data or of the engine itself, behind those in {@link #unsent}.
   *
   * @param from the first of the buffers to take data from
   * @param count how many of the buffers to take data from
   */
  SSLEngineResult seal(ByteBuffer[] data, int from, int count) throws SSLException {
    int room = engine.getSession().getPacketBufferSize();
    while (true) {
      ByteBuffer tail = unsent.openTail(room);
      boolean done = false;
      try {
        SSLEngineResult result = engine.wrap(data, from, count, tail);
        unsent.closeTail();
        done = true;
        if (result.getStatus() != BUFFER_OVERFLOW) {
          return result;
        }
      } finally {
        if (!done) {
          unsent.abandonTail();
        }
      }
      if (room > LONGEST_RECORD) {
        throw new SSLException("the TLS engine finds no buffer large enough for a record");
      }
      room *= 2;
    }
  }

  /** Returns whether the engine has something to send by itself: an answer, an alert or the end. */
  boolean mustSeal() {
    return engine.getHandshakeStatus() == NEED_WRAP;
  }

  /**
   * Seals what the engine has to send by itself, while less than a number of bytes is unsent.
   *
   * @return true if the engine has made progress
   */
  boolean sealOwn(int mostUnsent) throws SSLException {
    boolean progress = false;
    while (mustSeal() && unsent.size() < mostUnsent) {
      if (!isProgress(seal(NO_DATA, 0, 1))) {
        break;
      }
      progress = true;
    }
    return progress;
  }

  static boolean isProgress(SSLEngineResult result) {
    return result.bytesConsumed() > 0
        || result.bytesProduced() > 0
        || result.getHandshakeStatus() == FINISHED;
  }

  /** Runs the engine's tasks: computations and checks of certificates. These may take long. */
  void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  /** Returns whether the first handshake has begun. */
  boolean isBegun() {
    return begun;
  }

  /**
   * Goes on with the first handshake as far as it can without the peer.
   *
   * @return true if the handshake is complete as soon as what is unsent is sent; false if it also
   *     needs more input
   */
  boolean shakeHands() throws SSLException {
    if (!begun) {
      begun = true;
      engine.beginHandshake();
    }
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> {
          runTasks();
          require(engine.getHandshakeStatus() != NEED_TASK, "the TLS engine lacks a task to run");
        }
        case NEED_WRAP ->
            require(sealOwn(Integer.MAX_VALUE), "the peer has ended the handshake early");
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          switch (open(NO_DATA[0])) {
            case INCOMPLETE -> {
              return false;
            }
            case END -> throw new SSLException("the peer has cancelled the handshake");
            default -> {
              // The status tells what is next.
            }
          }
        }
        case NOT_HANDSHAKING, FINISHED -> {
          require(isNegotiated(), "the peer has ended the handshake early");
          return true;
        }
      }
    }
  }

  /**
   * Returns whether {@link #received} may have a whole record. Looks at its header only. What is no
   * usual record is for the engine to judge.
   */
  boolean hasRecord() {
    ByteBuffer bytes = received.content();
    if (bytes.remaining() < HEADER) {
      return false;
    }
    int start = bytes.position();
    int type = bytes.get(start);
    int length = Short.toUnsignedInt(bytes.getShort(start + 3));
    return type < FIRST_TYPE
        || type > LAST_TYPE
        || length > USUAL_LENGTH
        || bytes.remaining() >= HEADER + length;
  }

  private static void require(boolean holds, String otherwise) throws SSLException {
    if (!holds) {
      throw new SSLException(otherwise);
    }
  }

  /** The engine also is in no handshake after its end or a failure, when nothing is encrypted. */
  private boolean isNegotiated() {
    return !engine.isInboundDone()
        && !engine.isOutboundDone()
        && !engine.getSession().getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL");
  }
}
