import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Puts a local file into a file system, where it is seen only when it is whole. Of several that put the same one
 * there the first is kept. Standard input is Hadoop's configuration.
 */
public class WriteTo {
    public static void main(String[] arguments) throws Exception {
        // Whatever libraries have to say must not get among the bytes.
        System.setOut(System.err);
        Configuration configuration = new Configuration(false);
        configuration.addResource(System.in);
        UserGroupInformation.setConfiguration(configuration);
        Path local = new Path("file:" + arguments[0]);
        Path wanted = new Path(arguments[1]);
        FileSystem system = wanted.getFileSystem(configuration);
        // Who reads the folder leaves out names that begin so.
        Path unfinished = new Path(wanted.getParent(), "_" + wanted.getName() + "." + UUID.randomUUID());
        try {
            system.copyFromLocalFile(local, unfinished);
            if (!system.exists(wanted) && !system.rename(unfinished, wanted) && !system.exists(wanted)) {
                throw new IOException(wanted + " cannot be written");
            }
        } finally {
            system.delete(unfinished, false);
        }
    }
}
