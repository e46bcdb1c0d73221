/**
 * A Python script, since its standard library reads both kinds of archives. It extracts the files that an engine needs from wheels and npm
 * packages. Arguments: the folder of the archives, the folder of the engine. Prints the requirements of TensorFlow's extra `and-cuda`.
 */
export const unpackScript = `
import os, pathlib, re, sys, tarfile, zipfile

archives, engine = map(pathlib.Path, sys.argv[1:3])
wanted = [
    re.compile(r'tensorflow/libtensorflow_(cc|framework)[.]so[.]2'),
    re.compile(r'tensorflow/include/(tensorflow/c|tensorflow/core/platform|xla/tsl/c|tsl)/.*[.]h'),
    re.compile(r'nvidia/.*[.]so([.][0-9]+)*'),
    re.compile(r'nvidia/cuda_nvcc/(bin|nvvm)/.*'),
]
packages = {'tfjs-node-gpu': '@tensorflow/tfjs-node-gpu', 'node-api-headers': 'node-api-headers', 'google-protobuf': 'google-protobuf'}

for path in sorted(archives.glob('*.whl')):
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if any(pattern.fullmatch(info.filename) for pattern in wanted):
                target = archive.extract(info, engine / 'site')
                if '/bin/' in info.filename:
                    os.chmod(target, 0o755)
for path in archives.glob('*.tgz'):
    folder = next(to for name, to in packages.items() if name in path.name)
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            inside = pathlib.PurePosixPath(member.name).relative_to('package')
            if member.isfile() and '..' not in inside.parts:
                target = engine / 'node_modules' / folder / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.extractfile(member).read())
`;

/** Prints the requirements of TensorFlow's extra `and-cuda` that are in a wheel's metadata. Argument: the wheels' folder. */
export const cudaRequirementsScript = `
import pathlib, re, sys, zipfile

for path in pathlib.Path(sys.argv[1]).glob('tensorflow-*.whl'):
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if re.fullmatch(r'tensorflow-[^/]*[.]dist-info/METADATA', name))
        for line in archive.read(name).decode().splitlines():
            found = re.fullmatch(r"Requires-Dist: ([^;]+);.*extra == .and-cuda.*", line)
            if found:
                print(re.sub(r'[ ()]', '', found[1]))
`;
