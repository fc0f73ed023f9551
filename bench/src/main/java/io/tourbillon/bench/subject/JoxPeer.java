package io.tourbillon.bench.subject;

import com.softwaremill.jox.Channel;
import com.softwaremill.jox.Select;
import com.softwaremill.jox.SelectClause;

/** Jox's channels between virtual threads of the JDK. Its scopes need a preview of the JDK. */
final class JoxPeer implements BlockingPeer {
  @Override
  public void start(Runnable body) {
    Thread.ofVirtual().start(body);
  }

  private record ChannelPipe(Channel<Long> channel) implements Pipe {
    @Override
    public void send(long number) {
      try {
        channel.send(number);
      } catch (InterruptedException e) {
        throw ThreadPeer.interrupted(e);
      }
    }

    @Override
    public long receive() {
      try {
        return channel.receive();
      } catch (InterruptedException e) {
        throw ThreadPeer.interrupted(e);
      }
    }
  }

  @Override
  public Pipe pipe(int buffer) {
    return new ChannelPipe(
        buffer == 0 ? Channel.newRendezvousChannel() : Channel.newBufferedChannel(buffer));
  }

  @Override
  public Source either(Pipe one, Pipe other) {
    SelectClause<Long> fromOne = ((ChannelPipe) one).channel.receiveClause();
    SelectClause<Long> fromOther = ((ChannelPipe) other).channel.receiveClause();
    return () -> select(fromOne, fromOther);
  }

  private static long select(SelectClause<Long> one, SelectClause<Long> other) {
    try {
      return Select.select(one, other);
    } catch (InterruptedException e) {
      throw ThreadPeer.interrupted(e);
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // As in the peers that measure its cost.
  public void yieldNow() {
    Thread.yield();
  }

  @Override
  public void close() {
    // Its threads have ended, or end with the JVM.
  }
}
