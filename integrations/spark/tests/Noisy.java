import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local file system, which talks. */
public class Noisy extends RawLocalFileSystem {
    @Override
    public String getScheme() {
        return "noisy";
    }

    @Override
    public URI getUri() {
        return URI.create("noisy:///");
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        System.out.println("not among the bytes");
        return super.open(path, bufferSize);
    }
}
